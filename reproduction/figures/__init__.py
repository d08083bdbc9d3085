"""Makes the figures of the papers from results and from trained models.

`reproduction.figures.making.make_figures` makes them. It is not imported here, because it imports
Keras, and `python -m reproduction figures --backend` chooses the backend before that.
"""
