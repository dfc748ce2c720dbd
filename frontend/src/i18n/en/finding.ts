/** How the model's answer on a photo is put into words. */
export default {
  summary: {
    probability: "{{share}} malignant",
    pending: "Waiting for the model",
    complete: "Cannot be assessed",
    failed: "Could not be assessed",
  },
  scale: "Probability of malignancy {{value}}; called malignant from {{limit}}",
  threshold: "Called malignant from {{limit}} (dashed line)",
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
    NOT_A_LESION: "It looks unlike any photo that the model was trained on.",
    other: "The model has another doubt about this photo.",
  },
};
