export default {
  UNREACHABLE:
    "Der Server ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  CREDENTIALS_INVALID: "E-Mail-Adresse oder Passwort ist falsch.",
  SIGN_IN_REQUIRED: "Ihre Sitzung ist beendet. Melden Sie sich neu an.",
  RATE_LIMITED: "Zu viele Versuche. Warten Sie einen Moment und versuchen Sie es noch einmal.",
  CANDIDATE_UNDER_WAY:
    "Neben der aktiven Version läuft schon ein Canary oder ein Schattenlauf. Ziehen Sie diese Version zuerst zurück oder geben Sie sie frei.",
  NO_CANDIDATE: "Es gibt keinen Canary und keinen Schattenlauf mehr.",
  RELEASE_RACE:
    "Jemand anders war schneller. Prüfen Sie das Freigabeprotokoll und versuchen Sie es noch einmal.",
  INTERNAL: "Bei uns ist etwas schiefgegangen. Gespeichertes ist nicht verloren.",
};
