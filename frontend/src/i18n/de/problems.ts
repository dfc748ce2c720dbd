export default {
  UNREACHABLE:
    "Der Server ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  CREDENTIALS_INVALID: "E-Mail-Adresse oder Passwort ist falsch.",
  SIGN_IN_REQUIRED: "Ihre Sitzung ist beendet. Melden Sie sich neu an.",
  RATE_LIMITED: "Zu viele Versuche. Warten Sie ein wenig.",
  CANDIDATE_UNDER_WAY:
    "Eine Version steht als Canary oder im Schattenlauf neben der jetzigen. Ziehen Sie sie zuerst zurück oder geben Sie sie frei.",
  NO_CANDIDATE: "Es steht keine Version mehr daneben.",
  RELEASE_RACE:
    "Jemand anders war schneller. Sehen Sie ins Freigabeprotokoll und versuchen Sie es noch einmal.",
  INTERNAL: "Bei uns ist etwas schiefgegangen. Gespeichertes ist nicht verloren.",
};
