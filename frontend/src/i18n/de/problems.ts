export default {
  UNREACHABLE:
    "Der Server ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  CREDENTIALS_INVALID: "E-Mail-Adresse oder Passwort ist falsch.",
  SIGN_IN_REQUIRED: "Ihre Sitzung ist beendet. Melden Sie sich neu an.",
  RATE_LIMITED: "Zu viele Versuche. Warten Sie ein wenig.",
  INTERNAL: "Bei uns ist etwas schiefgegangen. Gespeichertes ist nicht verloren.",
};
