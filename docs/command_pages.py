"""Hook of mkdocs that leaves out the defaults of options that have none.

mkdocs-click prints the marker by which Click 8.3 and newer means "no default".
"""


def on_page_content(html, page, config, files):
    return html.replace("<code>Sentinel.UNSET</code>", "")
