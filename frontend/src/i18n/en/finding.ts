/** How the model's answer on a photo is put into words. */
export default {
  samePhoto: "Another patient has exactly the same photo.",
  samePhotoOpen: "Open that record",
  summary: {
    probability: "{{value}}, threshold {{limit}}",
    pending: "Waiting for the model",
    complete: "Cannot be assessed",
    failed: "Could not be assessed",
  },
  zone: {
    below: "Below the threshold",
    borderline: "Borderline",
    above: "Above the threshold",
  },
  borderlineMeans:
    "So close to the threshold that another light or angle may put it on the other side.",
  scale: "Probability of malignancy {{value}}; threshold {{limit}}",
  scaleZones:
    "Probability of malignancy {{value}}; threshold {{limit}}; borderline from {{from}} to {{to}}",
  threshold: "Threshold {{limit}} (dashed line)",
  band: "borderline from {{from}} to {{to}}",
  figures: {
    line: "At this threshold the model finds {{found}} of 100 malignant lesions ({{foundLow}}–{{foundHigh}}) and clears {{cleared}} of 100 benign ones ({{clearedLow}}–{{clearedHigh}}).",
    more: "About this model",
  },
  cautions: {
    title: "Not shown to work here",
    age: "The model was not shown to work at the age of {{value}}.",
    site: "The model was not shown to work on this body site ({{value}}).",
    skinType: "The model was not shown to work on skin type {{value}}.",
    other: "The model has another limit that applies here; its card names it.",
    notStated:
      "Whether the model was shown to work here can't be told: the record doesn't state {{what}}.",
    missing: { age: "the date of birth", site: "the body site", skin_type: "the skin type" },
    unknown: "The card of this version doesn't say for whom it was shown to work.",
  },
  added: "added {{at}}",
  differential: {
    title: "Most likely diagnoses",
    all: "All {{count}}",
    fewer: "Fewer",
    explained:
      "The model's own list: it knows no other diagnoses, and its model card says how often it is right. The malignant ones add up to the probability above.",
  },
  diagnosis: {
    actinic_keratosis: "Actinic keratosis",
    basal_cell_carcinoma: "Basal cell carcinoma",
    dermatofibroma: "Dermatofibroma",
    melanoma: "Melanoma",
    nevus: "Nevus",
    pigmented_benign_keratosis: "Pigmented benign keratosis",
    squamous_cell_carcinoma: "Squamous cell carcinoma",
    vascular_lesion: "Vascular lesion",
  },
  quality: {
    title: "About this photo",
    SMALL: "Very few pixels; move closer or use a better camera.",
    TOO_DARK: "Too dark; turn on the dermoscope's light.",
    TOO_BRIGHT: "Overexposed; reduce the light.",
    NO_CONTRAST: "Too little contrast to make anything out.",
    BLURRED: "Blurred; hold still and refocus.",
    OFF_CENTRE: "The lesion seems not to lie in the middle; the model looked where the frame is.",
    LESION_CUT:
      "Too little of the lesion may be in view to call it benign; put it in the middle, with skin all around.",
    NOT_A_LESION: "It looks unlike any photo that the model was trained on.",
    other: "The model has another doubt about this photo.",
  },
};
