export default {
  title: "Heute",
  search: "Patienten nach Name oder Aktennummer finden",
  searchKey: "Strg K",
  searchNone: "Niemand passt",
  searchAll: "Alle zeigen, die zu „{{search}}“ passen",
  addPatient: "Neuer Patient",
  allPatients: "Alle Patienten",
  uploads: {
    title: "Fotos unterwegs",
    text: "Sie warten in diesem Browser und gehen von selbst hinaus.",
    refused: "Abgelehnt: öffnen Sie den Patienten, um den Grund zu sehen",
    waiting: "Wartet",
    sending: "{{share}} gesendet",
  },
};
