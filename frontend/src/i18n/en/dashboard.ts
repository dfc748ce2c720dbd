export default {
  title: "Today",
  search: "Find a patient by name or record number",
  searchKey: "Ctrl K",
  searchNone: "Nobody matches",
  searchAll: "Show everybody who matches “{{search}}”",
  addPatient: "New patient",
  allPatients: "All patients",
  uploads: {
    title: "Photos on their way",
    text: "They wait in this browser and go out by themselves.",
    refused: "Refused: open the patient to see why",
    waiting: "Waiting",
    sending: "{{share}} sent",
  },
};
