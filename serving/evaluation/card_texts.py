"""The sentences of our own model's card: its use, its limits and its data."""

INTENDED_USE = (
    "Decision support for clinicians who examine dermoscopic photos of single skin lesions. Not a "
    "diagnosis, not for use by patients, not for photos taken without a dermoscope."
)
LIMITS = [
    "The training data doesn't record skin types; most photos show light skin. How the model "
    "performs on darker skin is unknown.",
    "In the largest data set, benign and malignant photos come from different sources. The mask "
    "and the augmentation discourage learning the source; they can't rule it out.",
    "Lesions other than those in the training data (eight diagnoses, palms and soles) were not "
    "evaluated.",
    "Not evaluated in clinical use.",
]
DATA = [
    "melanoma10k: training part of the public Melanoma Skin Cancer Dataset of 10000 Images, from "
    "the ISIC Archive; parts are CC BY-NC, so these weights are for non-commercial use.",
    "isic9: ISIC images of eight diagnoses, most from HAM10000 (CC BY-NC).",
    "acral: ISIC images of palms and soles (CC BY and CC0).",
]
