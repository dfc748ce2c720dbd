"""The sentences of our own model's card: its use, its limits and its data."""

from serving.archives.card import SkinType

INTENDED_USE = (
    "Decision support for clinicians who examine dermoscopic photos of single skin lesions. Not a "
    "diagnosis, not for use by patients, not for photos taken without a dermoscope."
)
# Of the photos that our model was trained on. Their skin types are not recorded.
DERMOSCOPIC_ONLY = True
SKIN_TYPES: list[SkinType] = []
SHOWN_FOR_GROUNDS = (
    "Ages and body sites with at least {least} photos in the training data, where they are "
    "recorded (ages of {aged} photos, sites of {sited}). Skin types are not recorded: nearly all "
    "photos show light skin, and how the model performs on brown and black skin is unknown."
)
LIMITS = [
    "Where a photo's lesion lies is estimated from colours. Of lesions that the photo's edge cuts "
    "in half, about one in ten goes unnoticed; put the lesion in the middle.",
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
