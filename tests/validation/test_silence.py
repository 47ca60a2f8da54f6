"""What is not said proves nothing: sentences that argue with it are seen, denials that somebody makes are not."""

from __future__ import annotations

import pytest

from kgpaths.validation.silence import argument_from_silence


@pytest.mark.parametrize(
    "text",
    [
        "Gout can show arthralgia, but this leaves fever unaccounted for.",
        "Influenza leaves the rash unexplained.",
        "Asthma does not account for the fever.",
        "Asthma doesn't account for the fever or the chills.",
        "Asthma did not fully explain the fever.",
        "That alone cannot explain a rash.",
        "Heart failure fails to account for the cough.",
        "It would not, by itself, matter; gout would not adequately explain the fever.",
        "The fever is not accounted for.",
        "Her fever is not explained by gout.",
        "Asthma accounts for only the cough.",
        "Gout explains fewer of the findings.",
        "Influenza only explains the cough.",
        "Nothing ties gout to the fever.",
        "Nothing at hand ties gout or asthma to these findings.",
        "Nothing in the material links aspirin to cystitis.",
        "Nothing here supports gout.",
        "No statement links gout to fever.",
        "No edge connects aspirin and fever.",
        "No such line of evidence leads to asthma.",
        "No evidence connects gout with fever.",
        "There is no evidence linking gout to fever.",
        "There is no link between them and no path to this finding.",
        "None of the statements mentions or supports gout.",
        "Gout is not supported by any statement.",
        "Asthma is not directly supported by the evidence.",
        "Gout is not linked to fever.",
        "Aspirin isn't tied to cystitis.",
        "Allopurinol is not directly linked with fever.",
        "It lacks any connection to the findings.",
        "The findings are tied more strongly to pneumonia.",
        "Pneumonia is more closely linked to the findings.",
        "Fever is not listed among its symptoms.",
        "None of these findings is explained by gout.",
        "Gout has no documented association with these findings.",
        "Aspirin is unrelated to the findings.",
        "Asthma is not associated with any of them.",
        "It lacks evidence here.",
        "Nothing in the picture suggests gout.",
        "Nothing stated supports gout.",
        "Without a link to the findings, it falls behind; there is without direct support for it.",
    ],
)
def test_arguments_from_silence_are_seen(text: str) -> None:
    assert argument_from_silence(text)


@pytest.mark.parametrize(
    "text",
    [
        "There is no wheezing, although asthma can present with wheezing.",
        "Gout does not show fever, whereas pneumonia can present with it.",
        "Doxycycline is contraindicated in pregnancy, which counts against its use.",
        "No evidence of metastasis was found.",
        "There is no evidence of heart failure on examination.",
        "Unexplained weight loss is a warning sign.",
        "She takes nothing by mouth.",
        "The pain is not related to meals and not relieved by rest.",
        "Stable angina is not associated with rest pain.",
        "The symptoms are not better explained by another disorder.",
        "Hemophilia is inherited in an X-linked way; red hair is not linked to the X chromosome.",
        "The bile duct is not connected to the spleen.",
        "Asthma does not respond to antibiotics.",
        "Hemophilia A accounts for both the bleeding and the clotting time.",
        "Pneumonia explains all of the findings.",
        "The fever has no known cause.",
        "The nerve leads to nothing but pain; no link of the bowel is obstructed.",
        "This statement of hers, “nothing explains it”, is a quotation.",
        "He has no pain and supports his family.",
        "Leaves of digitalis slow the heart.",
        "The tumour is tied to the artery wall.",
        "Nothing relieves the pain.",
        "Nothing relieves the pain that leads to syncope.",
        "The rash is not related to the sun.",
        "Smoking had no association with survival.",
        "She lacks energy and has no support at home.",
        'He says "nothing explains it".',
    ],
)
def test_what_is_denied_by_somebody_is_none(text: str) -> None:
    assert argument_from_silence(text) == ""
