"""What words that deny, warn, stop, replace or compare govern is not stated; the rest of the sentence is."""

from __future__ import annotations

import pytest

from kgpaths.extraction import ReferenceText

FEVER, COUGH = ("gout", "has_symptom", "Fever"), ("gout", "has_symptom", "Cough")
COLCHICINE, PENICILLIN = ("colchicine", "treats", "pneumonia"), ("penicillin", "treats", "pneumonia")


@pytest.mark.parametrize(
    "text",
    [
        "Fever is not a symptom of gout.",
        "Fever isn't a symptom of gout.",
        "Fever isn’t a sign of gout.",
        "Fever is never a symptom of gout.",
        "Gout doesn’t cause fever.",
        "Gout cannot cause fever or cough.",
        "Gout is unlikely to cause fever.",
        "Patients with gout didn’t have fever.",
        "People with gout dont develop fever.",
        "People who have gout but don't have fever are common.",
        "Neither fever nor cough is a symptom of gout.",
        "Gout is not associated with fever.",
        "Fever is not seen in gout.",
        "Fever is absent in gout.",
        "Fever is rarely seen in gout.",
        "Fever should not be expected.",
        "Fever is unrelated to gout.",
        "Gout occurs without fever.",
        "There is no evidence that gout causes fever.",
        "It is a myth that gout causes fever.",
        "Patients with gout rarely have fever.",
        "Vomiting and fever could be due to causes other than gout.",
        "Many people have fever without having gout.",
        "Gout can be mistaken for pneumonia.",
        "Gout may mimic pneumonia.",
        "Gout can be as disabling as pneumonia, diabetes, or cystic fibrosis.",
        "The pain is similar to that of pneumonia.",
        "Smoking also can trigger the pain of gout.",
        "Attacks are relieved with cessation of smoking.",
        "Symptoms that are not due to gout, but often accompany it, include fever and cough.",
        "Signs which aren't caused by gout include fever.",
    ],
)
def test_what_is_denied_or_only_compared_is_no_symptom(said, text: str) -> None:
    assert said(text, "Gout", "symptoms") == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fever is a symptom of gout.", {FEVER}),
        ("Symptoms that are due to gout include fever.", {FEVER}),
        ("Not only fever but also a cough is a symptom of gout.", {FEVER, COUGH}),
        ("Not all people with gout have fever.", {FEVER}),
        ("Patients with gout have fever that does not go away.", {FEVER}),
        ("People with gout have a fever and are not able to work.", {FEVER}),
        ("People with gout have fever (which does not last).", {FEVER}),
        ("Symptoms of gout include fever but not a cough.", {FEVER}),
        ("Gout may cause fever, but it does not cause a cough.", {("gout", "causes", "Fever")}),
        ("Gout causes fever as well as a cough.", {("gout", "causes", "Fever"), ("gout", "causes", "Cough")}),
        ("Gout rarely causes fever.", {("gout", "causes", "Fever")}),
        ("Gout causes a fever that worsens at night.", {("gout", "causes", "Fever")}),
        ("Symptoms of gout include a worsening cough.", {COUGH}),
        ("Fever can be as high as 40 degrees.", {FEVER}),
        ("Unlike pneumonia, gout causes fever.", {("gout", "causes", "Fever")}),
    ],
)
def test_what_stands_beside_a_denial_is_said_still(said, text: str, expected: set[tuple[str, str, str]]) -> None:
    assert said(text, "Gout", "symptoms") >= expected
    assert said(text, "Gout", "symptoms") <= expected | {("gout", "has_symptom", "Fever")}


@pytest.mark.parametrize(
    "text",
    [
        "Penicillin worsens pneumonia.",
        "Penicillin can exacerbate pneumonia.",
        "Penicillin may aggravate or provoke pneumonia.",
        "Penicillin triggers pneumonia in some people.",
        "Penicillin makes pneumonia worse.",
        "Penicillin can harm your lungs.",
        "Penicillin is dangerous.",
        "Pneumonia may be provoked by penicillin.",
        "Penicillin is not recommended.",
        "Penicillin isn’t recommended for pneumonia.",
        "Penicillin should be avoided.",
        "Penicillin must never be given.",
        "Patients with pneumonia should not take penicillin.",
        "Penicillin is contraindicated.",
        "Penicillin is not effective.",
        "Penicillin is ineffective.",
        "Penicillin has no effect on pneumonia.",
        "Penicillin doesn’t treat pneumonia.",
        "Penicillin fails to relieve pneumonia.",
        "Penicillin is rarely needed.",
        "Treatments such as penicillin are not recommended.",
        "Treatment includes avoiding penicillin.",
        "Treatment involves stopping the exposure to the agent (e.g., to penicillin).",
        "Discontinuation of penicillin may help.",
        "Withdrawal of drugs such as penicillin or colchicine leads to improvement.",
        "The penicillin is discontinued, and fluids are given.",
        "Penicillin has been tried.",
        "Tumors that do not respond quickly to penicillin are removed.",
        "Penicillin should be limited.",
        "This surgery reduces the need for penicillin.",
        "These medicines suppress the action of penicillin.",
        "Decreased use of penicillin may give some relief.",
        "Penicillin can lead to fever.",
        "Penicillin is found in many foods.",
        "Pneumonia is generally unresponsive to penicillin and colchicine.",
        "Penicillin is of no proven benefit in pneumonia.",
        "No long-term benefit of penicillin was reported.",
        "Active research in penicillin and colchicine for pneumonia is ongoing.",
        "Penicillin has not yet advanced to human trials.",
        "If penicillin is needed for another reason, it may help.",
        "Treatment with penicillin must be done with caution.",
        "Treatments include plasmapheresis, which removes the penicillin.",
        "The treatment also prompts a drop in penicillin.",
        "Some cases resolve when drugs are stopped (including penicillin and colchicine).",
        "The change depends on how much penicillin a child can consume without symptoms.",
    ],
)
def test_what_harms_or_is_stopped_does_not_treat(said, text: str) -> None:
    assert {one for one in said(text, section="treatment") if one[1] == "treats"} == set()


@pytest.mark.parametrize(
    "text",
    [
        "Instead of penicillin, colchicine is used to treat pneumonia.",
        "Instead of penicillin or antibiotics, colchicine is used to treat pneumonia.",
        "Colchicine is used instead of penicillin to treat pneumonia.",
        "Colchicine, rather than penicillin, is used to treat pneumonia.",
        "Unlike penicillin, colchicine is used to treat pneumonia.",
        "In contrast to penicillin, colchicine is used to treat pneumonia.",
        "Colchicine, not penicillin, is used to treat pneumonia.",
        "Not penicillin but colchicine is used to treat pneumonia.",
        "As an alternative to penicillin, colchicine is used to treat pneumonia.",
        "Pneumonia is treated with colchicine instead of penicillin.",
        "Colchicine has replaced penicillin in the treatment of pneumonia.",
        "Replacing penicillin with colchicine is often recommended.",
        "Colchicine is more effective than penicillin.",
        "Penicillin was replaced by colchicine.",
        "Colchicine works by blocking the synthesis of penicillin.",
        "After stopping penicillin, colchicine is used to treat pneumonia.",
        "Although penicillin should be avoided, colchicine is used to treat pneumonia.",
        "Penicillin is contraindicated, but colchicine is used to treat pneumonia.",
    ],
)
def test_what_takes_the_place_of_another_is_what_treats(said, text: str) -> None:
    assert said(text, section="treatment") == {COLCHICINE}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Colchicine as well as penicillin is used to treat pneumonia.", {COLCHICINE, PENICILLIN}),
        ("Penicillin, used to treat pneumonia, worsens gout.", {PENICILLIN}),
        ("Penicillin is rarely used to treat pneumonia.", {PENICILLIN}),
        ("Penicillin should not be used in patients with gout.", {("penicillin", "contraindicated_for", "gout")}),
        ("Low-dose penicillin is given.", {PENICILLIN}),
    ],
)
def test_a_drug_that_is_said_to_treat_treats(said, text: str, expected: set[tuple[str, str, str]]) -> None:
    assert said(text, section="treatment") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Gout can be caused by a lack of colchicine or penicillin.",
        "Gout is caused by a shortage of the enzyme that breaks down colchicine.",
        "Smoking can cause a fever in people with gout.",
        "Deaths in people with gout are caused by pneumonia.",
        "Fever associated with gout is caused by smoking.",
        "Smoking causes the signs and symptoms of gout.",
        "Problems related to gout can be triggered by pneumonia.",
        "Pneumonia results in worsening gout.",
        "Some infections that cause gout can also lead to fever, and smoking results in worsening of gout.",
        "The infections in gout are caused by Streptococcus pneumoniae.",
        "Mutations in gout cause fever.",
    ],
)
def test_what_causes_a_part_of_a_disease_does_not_cause_the_disease(said, text: str) -> None:
    assert {one for one in said(text, "Wellness") if one[1:] == ("causes", "gout")} == set()


def test_a_list_of_what_is_denied_or_lacked_states_nothing(said) -> None:
    assert said("Symptoms do not include:\n\n- fever\n- cough", "Gout", "symptoms") == set()
    assert said("Causes include low levels of the following:\n\n- colchicine", "Gout", "causes") == set()
    assert said("Risk factors that you can't control include:\n\n- diabetes", "Gout", "risk factors") == {
        ("gout", "has_risk_factor", "type 2 diabetes mellitus")
    }


def test_what_a_medicine_must_not_be_given_for_is_not_denied(said) -> None:
    text = "Colchicine should be avoided in clients with gout or pneumonia."
    assert said(text) == {("colchicine", "contraindicated_for", name) for name in ("gout", "pneumonia")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Risk factors for pneumonia include a family history of gout.", set()),
        ("Risk factors for pneumonia include a family history of gout, and smoking.", {"Smoking"}),
        ("Some infections that cause gout can also cause a fever.", set()),
        ("Symptoms include slow weight gain and a fever.", {"Fever"}),
        ("Symptoms include fever (see Gout).", {"Fever"}),
        ("Pneumonia is characterized by this disease.", set()),
        ("Penicillin is a type of antibiotics.", set()),
    ],
)
def test_only_what_the_words_reach_is_lost(said, text: str, expected: set[str]) -> None:
    assert {one[2] for one in said(text)} == expected


def test_a_list_goes_on_behind_what_one_of_its_members_leads_to(said) -> None:
    text = "Signs of diabetes are gout that often leads to pneumonia, and a cough."
    found = {one[::2] for one in said(text) if one[1] == "causes"}
    assert found == {("gout", "pneumonia")}


def test_a_longer_title_that_a_sentence_begins_with_is_what_it_is_about(extractor) -> None:
    text = "Gout with pneumonia is characterized by a cough."
    one = ReferenceText("t", text, ("Gout", "Gout with pneumonia"), licence="CC0-1.0")
    found = {(stated.subject, stated.object) for stated in next(extractor.read([one])).statements}
    assert found == {("DOID:13189", "HP:0012735")}
