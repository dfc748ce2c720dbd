export default {
  title: "Kamera",
  picture: "Bild der Kamera",
  starting: "Die Kamera startet …",
  take: "Foto aufnehmen",
  close: "Kamera schließen",
  torch: "Licht",
  askLevel: "Neigung des Handys anzeigen",
  place: "Hautveränderung in den Kreis bringen",
  good: "Scharf und gut belichtet",
  blurred: "Unscharf: ruhig halten oder Abstand ändern",
  tilted: "Um {{degrees}}° geneigt",
  light: {
    dark: "Zu dunkel: mehr Licht",
    bright: "Zu hell: weniger Licht",
    glare: "Spiegelung: Licht anders ausrichten",
  },
  taken: "Das Foto von eben",
  use: "Foto verwenden",
  again: "Noch einmal",
  instead: "Kamera-App des Handys verwenden",
  failed: {
    denied: "Dermis darf die Kamera nicht verwenden",
    deniedHelp:
      "Erlauben Sie es für diese Seite in den Einstellungen des Browsers und versuchen Sie es noch einmal.",
    none: "Es wurde keine Kamera gefunden",
    noneHelp: "Schließen Sie eine an und versuchen Sie es noch einmal, oder wählen Sie ein Foto.",
    busy: "Die Kamera ist gerade nicht verfügbar",
    busyHelp:
      "Vielleicht verwendet sie eine andere App. Schließen Sie diese und versuchen Sie es noch einmal.",
  },
};
