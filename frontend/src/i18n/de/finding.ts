export default {
  samePhoto: "Eine andere Person hat genau dasselbe Foto.",
  samePhotoOpen: "Jene Akte öffnen",
  summary: {
    probability: "{{value}}, Schwelle {{limit}}",
    pending: "Wartet auf das Modell",
    complete: "Nicht beurteilbar",
    failed: "Einordnung fehlgeschlagen",
  },
  zone: {
    below: "Unter der Schwelle",
    borderline: "Grenzbereich",
    above: "Über der Schwelle",
  },
  borderlineMeans:
    "So nah an der Schwelle, dass anderes Licht oder ein anderer Winkel die Seite wechseln lassen kann.",
  scale: "Wahrscheinlichkeit für bösartig {{value}}; Schwelle {{limit}}",
  scaleZones:
    "Wahrscheinlichkeit für bösartig {{value}}; Schwelle {{limit}}; Grenzbereich von {{from}} bis {{to}}",
  threshold: "Schwelle {{limit}} (gestrichelte Linie)",
  band: "Grenzbereich von {{from}} bis {{to}}",
  figures: {
    line: "An dieser Schwelle findet das Modell {{found}} von 100 bösartigen Hautveränderungen ({{foundLow}}–{{foundHigh}}) und entlastet {{cleared}} von 100 gutartigen ({{clearedLow}}–{{clearedHigh}}).",
    more: "Über dieses Modell",
  },
  cautions: {
    title: "Hierfür nicht belegt",
    age: "Für ein Alter von {{value}} Jahren ist nicht belegt, dass das Modell funktioniert.",
    site: "Für diese Körperstelle ({{value}}) ist nicht belegt, dass das Modell funktioniert.",
    skinType: "Für Hauttyp {{value}} ist nicht belegt, dass das Modell funktioniert.",
    other: "Hier gilt eine weitere Grenze des Modells; seine Karte nennt sie.",
    notStated:
      "Ob belegt ist, dass das Modell hier funktioniert, lässt sich nicht sagen: In der Akte fehlt {{what}}.",
    missing: { age: "das Geburtsdatum", site: "die Körperstelle", skin_type: "der Hauttyp" },
    unknown: "Die Karte dieser Version sagt nicht, für wen sie nachweislich funktioniert.",
  },
  added: "hinzugefügt {{at}}",
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
    OFF_CENTRE:
      "Die Läsion liegt wohl nicht in der Mitte; das Modell hat dort hingesehen, wo der Rahmen ist.",
    LESION_CUT:
      "Vielleicht ist zu wenig von der Läsion zu sehen, um sie gutartig zu nennen; nehmen Sie sie in die Mitte, mit Haut ringsum.",
    NOT_A_LESION: "Gleicht keinem der Fotos, mit denen das Modell trainiert wurde.",
    other: "Das Modell hat einen weiteren Zweifel an diesem Foto.",
  },
};
