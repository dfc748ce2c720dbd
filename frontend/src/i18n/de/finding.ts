export default {
  summary: {
    probability: "{{share}} bösartig",
    pending: "Wartet auf das Modell",
    complete: "Nicht beurteilbar",
    failed: "Einordnung fehlgeschlagen",
  },
  scale: "Wahrscheinlichkeit für bösartig {{value}}; gilt als bösartig ab {{limit}}",
  threshold: "Gilt als bösartig ab {{limit}} (gestrichelte Linie)",
  differential: {
    title: "Wahrscheinlichste Diagnosen",
    all: "Alle {{count}}",
    fewer: "Weniger",
    explained:
      "Die Liste des Modells; andere Diagnosen kennt es nicht. Wie oft sie zutrifft, steht in seiner Modellkarte. Die bösartigen ergeben zusammen die Wahrscheinlichkeit darüber.",
  },
  diagnosis: {
    actinic_keratosis: "Aktinische Keratose",
    basal_cell_carcinoma: "Basalzellkarzinom",
    dermatofibroma: "Dermatofibrom",
    melanoma: "Melanom",
    nevus: "Nävus",
    pigmented_benign_keratosis: "Pigmentierte benigne Keratose",
    squamous_cell_carcinoma: "Plattenepithelkarzinom",
    vascular_lesion: "Vaskuläre Läsion",
  },
  quality: {
    title: "Zu diesem Foto",
    SMALL: "Sehr wenige Pixel; gehen Sie näher heran oder verwenden Sie eine bessere Kamera.",
    TOO_DARK: "Zu dunkel; schalten Sie das Licht des Dermatoskops ein.",
    TOO_BRIGHT: "Überbelichtet; verringern Sie das Licht.",
    NO_CONTRAST: "Zu wenig Kontrast, um etwas zu erkennen.",
    BLURRED: "Unscharf; halten Sie still und stellen Sie neu scharf.",
    NOT_A_LESION: "Gleicht keinem der Fotos, mit denen das Modell trainiert wurde.",
    other: "Das Modell hat einen weiteren Zweifel an diesem Foto.",
  },
};
