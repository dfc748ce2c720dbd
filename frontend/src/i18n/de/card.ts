export default {
  title: "Modell {{name}} {{version}}",
  hits: "Wie oft es richtig liegt",
  intervals:
    "Gezählt auf Fotos, mit denen es nicht trainiert wurde, an seiner Schwelle; in Klammern 95-%-Intervalle. In Ihrer Klinik können die Zahlen andere sein.",
  group: "Fotos",
  photos_one: "{{count}} Foto",
  photos_other: "{{count}} Fotos",
  found: "Gefunden, von 100 bösartigen",
  cleared: "Entlastet, von 100 gutartigen",
  threshold: "Die Schwelle",
  thresholdText:
    "Ab einer Wahrscheinlichkeit von {{limit}} liegt ein Ergebnis über der Schwelle. Sie ist niedrig gesetzt, damit wenige bösartige Hautveränderungen darunter liegen; viele darüber sind gutartig.",
  zonesText:
    "Von {{from}} bis {{to}} liegt ein Ergebnis im Grenzbereich. Mit einer Schwelle an seinem unteren Ende fände das Modell {{most}} von 100 bösartigen Hautveränderungen, am oberen {{fewer}}.",
  shownFor: "Für wen es nachweislich funktioniert",
  ages: "Alter",
  years: "{{from}} bis {{to}} Jahre",
  sites: "Körperstellen",
  skinTypes: "Hauttypen",
  device: "Aufgenommen mit",
  dermoscope: "ausschließlich mit Dermatoskop",
  notRecorded: "in seinen Daten nicht erfasst",
  limits: "Grenzen",
  groups: "Nach Gruppe",
  data: "Woraus es gelernt hat",
  trainedOn: "Trainiert am {{day}}",
  stress: "Unter Belastung: veränderte Fotos, Heatmap, ungewöhnliche Bilder",
};
