"""What holds, the exception, what must not be done, what harms."""

from __future__ import annotations

import pytest

from kgpaths.language.question_polarity import polarity

EXCEPTIONS = (
    "All of the following are signs EXCEPT:",
    "All the following are features of hypothyroidism, Except",
    "All of the following are symptoms of measles except ____:",
    "Treatment of vernal keratoconjunctivitis includes all except:",
    "All are causes of clubbing but one",
    "False statement about hypothyroidism is that it causes",
    "Which of the following statements is FALSE?",
    "Point out the WRONG answer:",
    "Incorrect match for a sign of measles:",
    "Which of these can be excluded from the differential diagnosis?",
    "Drug not causing cough –",
    "Hypothyroidism patients do not usually have -",
    "Wrong about hypothyroidism is",
    "Which of the following is not a sign of gout?",
    "Which isn’t associated with gout?",
    "Which of the following is the least likely cause?",
    "Which of the following is never seen in gout?",
    "Which of these is unlikely in a 20-year-old?",
    "Which drug is NOT contraindicated in asthma?",
    "Which of the following enzymes is absent in this disease?",
    "In a patient with gout, which of the following would NOT be indicated?",
)
HOLDS = (
    "Which of the following explains pain that is not relieved by rest?",
    "Which drug helps a woman who does not smoke?",
    "Everything is normal except for a rash, what is the diagnosis?",
    "If she is not treated, which of the following is most likely to develop?",
    "Which of these can be used when NSAIDs are contraindicated?",
    "Which of the following tests has the fewest false-positive results?",
    "What should be done to avoid a relapse?",
    "Which of the following is at least as effective?",
    "Which of the following is the best treatment for a patient who cannot swallow?",
    "What is the drug of choice in a patient not responding to steroids?",
    "Inappropriate ADH secretion is seen in which of these?",
)


@pytest.mark.parametrize("asking", EXCEPTIONS)
def test_the_exception_is_asked_for(asking: str) -> None:
    assert polarity(asking) == "exception"


@pytest.mark.parametrize("asking", HOLDS)
def test_what_holds_is_asked_for(asking: str) -> None:
    assert polarity(asking) == "holds"


@pytest.mark.parametrize(
    "asking",
    [
        "Which drug is contraindicated in asthma?",
        "Which of the following should be avoided in pregnancy?",
        "Which drug must not be given to this patient?",
        "Which of the following medications should be discontinued?",
        "An absolute contraindication to thrombolysis is:",
        "Indicate which treatment is contraindicated:",
    ],
)
def test_what_must_not_be_done_is_asked_for(asking: str) -> None:
    assert polarity(asking) == "not_to_do"


@pytest.mark.parametrize(
    "asking",
    [
        "Which of the following drugs is responsible for this patient’s lab abnormalities?",
        "Drug causing gingival hyperplasia is",
        "Which is a side effect of metformin?",
        "Which of the following medications worsens myasthenia gravis?",
        "Her symptoms are most likely caused by which of the following drugs?",
    ],
)
def test_what_harms_is_asked_for(asking: str) -> None:
    assert polarity(asking) == "harms"


@pytest.mark.parametrize(
    "asking", ["Which drug prevents the side effects of cisplatin?", "What is the best treatment of digoxin toxicity?"]
)
def test_a_harm_that_is_treated_is_not_asked_for(asking: str) -> None:
    assert polarity(asking) == "holds"
