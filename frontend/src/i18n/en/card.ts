/** The card of a model version, as clinicians read it. */
export default {
  title: "Model {{name}} {{version}}",
  hits: "How often it is right",
  intervals:
    "Counted on photos that it was not trained on, at its threshold; 95% intervals in parentheses. In your clinic the figures may be others.",
  group: "Photos",
  photos_one: "{{count}} photo",
  photos_other: "{{count}} photos",
  found: "Found, of 100 malignant",
  cleared: "Cleared, of 100 benign",
  threshold: "The threshold",
  thresholdText:
    "An answer is above the threshold from a probability of {{limit}} on. The threshold is set low so that few malignant lesions lie below it; many that lie above it are benign.",
  zonesText:
    "From {{from}} to {{to}} an answer is borderline. With a threshold at the lower end the model would find {{most}} of 100 malignant lesions, at the upper end {{fewer}}.",
  shownFor: "For whom it was shown to work",
  ages: "Age",
  years: "{{from}} to {{to}} years",
  sites: "Body sites",
  skinTypes: "Skin types",
  device: "Photos taken with",
  dermoscope: "a dermoscope only",
  notRecorded: "not recorded in its data",
  limits: "Limits",
  groups: "By group",
  data: "What it learned from",
  trainedOn: "Trained on {{day}}",
  stress: "Under stress: tampered photos, heatmap, unusual pictures",
};
