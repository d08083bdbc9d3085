"""The sentences on the quality of pictures: each fault is found, and named with a remedy."""

import pytest

from keras_regen.metrics import quality_findings

pytestmark = pytest.mark.any_backend

GOOD = {
    "reconstruction_explained": 0.9,
    "sharpness": 0.05,
    "generation_accuracy": 0.95,
    "relative_diversity": 0.9,
    "closest_distance": 0.02,
    "evaluation_classifier": {"accuracy": 0.97},
    "real": {"sharpness": 0.06, "generation_accuracy": 0.97, "closest_distance": 0.025},
}


def test_good_pictures_have_no_warning():
    findings = quality_findings(GOOD)
    assert len(findings) == 5
    assert not any(finding.is_warning for finding in findings)
    assert "90 %" in findings[0].text and "83 %" in findings[1].text


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"reconstruction_explained": 0.3}, r"Reconstructions are poor: .* 30 % .*`latent_dim`"),
        ({"reconstruction_explained": -2.0}, "explain 0 %"),
        ({"sharpness": 0.02}, r"blurred: .* 33 %"),
        ({"sharpness": 0.12}, r"noisy: .* 200 %"),
        ({"generation_accuracy": 0.5}, r"recognizes 50 % of the generated images, and 97 %"),
        ({"relative_diversity": 0.2}, r"differ little: 0\.20"),
        ({"closest_distance": 0.002}, r"0\.08 .* repeats its training images"),
        ({"evaluation_classifier": {"accuracy": 0.4}}, "only 40 % of the real"),
    ],
)
def test_each_fault_is_the_only_warning(changes, sentence):
    import re

    warnings = [finding for finding in quality_findings(GOOD | changes) if finding.is_warning]
    assert len(warnings) == 1
    assert re.search(sentence, warnings[0].text)


def test_missing_metrics_are_left_out():
    assert quality_findings({"accuracy": 0.9}) == []
    assert quality_findings({"sharpness": 0.1, "real": {"sharpness": 0.0}}) == []
    assert quality_findings({"relative_diversity": None}) == []
    (finding,) = quality_findings({"recognized": 0.9, "real": {"recognized": 0.95}})
    assert "90 %" in finding.text
    for wrong in (None, {"real": [0.5]}, {"evaluation_classifier": 0.9}):
        with pytest.raises(ValueError, match="`results` must be"):
            quality_findings(wrong)
