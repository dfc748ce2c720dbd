/** Eine Liste, Foto für Foto abgearbeitet. */
export default {
  title: "Beurteilen",
  open: "Akte öffnen (Enter)",
  workThrough: "Nacheinander beurteilen",
  list: "Liste",
  zone: "Ergebnis",
  order: "Reihenfolge",
  mine: "Meine",
  overdue: "Überfällig",
  waiting: "Noch zu beurteilen",
  place: "{{place}} von {{count}}",
  zones: {
    any: "Alle Ergebnisse",
    above: "Über der Schwelle",
    borderline: "Grenzbereich",
    below: "Unter der Schwelle",
    unassessable: "Nicht beurteilbar",
  },
  orders: {
    risk: "Höchste Wahrscheinlichkeit",
    newest: "Neueste",
    oldest: "Am längsten wartend",
    due: "Wieder ansehen bis",
  },
  empty: "Hier ist nichts mehr zu tun",
  emptyText:
    "Wählen Sie eine andere Liste oder ein anderes Ergebnis, oder gehen Sie zur Übersicht.",
  back: "Zurück zu „Heute“",
  given: "{{name}}: {{verdict}}",
};
