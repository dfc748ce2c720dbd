/** Das Foto mit seinen Werkzeugen, und die Reihe der Fotos darunter. */
export default {
  tools: "Werkzeuge für das Foto",
  heatmap: "Wohin das Modell geschaut hat",
  heatmapToggle: "Heatmap",
  frame: "Rahmen: was das Modell gesehen hat",
  opacity: "Stärke der Heatmap",
  target: "Hinweise auf",
  explained:
    "Helle Stellen haben am meisten zu dieser Klasse beigetragen. Blass heißt: kaum Hinweise.",
  zoomIn: "Vergrößern",
  zoomOut: "Verkleinern",
  reset: "Ganzes Foto",
  turn: "Um 90 Grad drehen",
  light: "Helligkeit und Kontrast",
  brightness: "Helligkeit",
  contrast: "Kontrast",
  asTaken: "Wie aufgenommen",
  lightChanged: "Gezeigt mit {{brightness}} % Helligkeit, {{contrast}} % Kontrast",
  full: "Vollbild",
  leaveFull: "Vollbild verlassen",
  previous: "Voriges Foto",
  next: "Nächstes Foto",
};
