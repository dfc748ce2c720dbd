"""The sentences of every card that hold whatever the data is: use and limits."""

INTENDED_USE = (
    "Decision support for clinicians who examine dermoscopic photos of single skin lesions. Not a "
    "diagnosis, not for use by patients, not for photos taken without a dermoscope."
)
SHOWN_FOR_GROUNDS = (
    "Ages and body sites with at least {least} photos in the training data, where they are "
    "recorded (ages of {aged} photos, sites of {sited}). {skin}"
)
SKIN_UNKNOWN = (
    "Skin types are not recorded: how the model performs on any of them is unknown, and on brown "
    "and black skin most of all."
)
SKIN_KNOWN = "Skin types {types} as the data's owners state them."
BY_OCCLUSION = (
    "Heatmaps are made by occlusion: the photo is covered part by part, 49 times, and a cell shows "
    "how much less speaks for the class then. An answer takes some fifty times the computing of "
    "one without a heatmap, and the model looks at the middle of the photo alone."
)
BY_TOKENS = (
    "The model is a transformer: a heatmap's cell shows what its patch's token adds to the class's "
    "logit at the end. Every token has seen the whole photo by then, so a cell may stand for what "
    "lies elsewhere."
)
IMPORTED_DIAGNOSES = (
    "The list of likely diagnoses is the imported model's own; unless the card holds an evaluation "
    "of it, how often it is right was not measured."
)
LOOKS_AROUND = (
    "Where a photo's lesion lies is estimated from colours. Of lesions that the photo's edge cuts "
    "in half, about one in ten goes unnoticed; put the lesion in the middle."
)
LIMITS = [
    "Where benign and malignant photos come from different sources, a model may learn the source. "
    "The mask and the augmentation discourage it; they can't rule it out.",
    "Lesions and diagnoses that are not in the training data were not evaluated.",
    "Not evaluated in clinical use.",
]
