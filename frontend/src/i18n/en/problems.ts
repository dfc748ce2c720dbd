/** By reason. A reason without an entry is shown in the server's own words, which are English. */
export default {
  UNREACHABLE: "The server could not be reached. Check your connection and try again.",
  CREDENTIALS_INVALID: "E-mail address or password is wrong.",
  SIGN_IN_REQUIRED: "Your session has ended. Sign in again.",
  RATE_LIMITED: "Too many attempts. Wait a moment and try again.",
  CANDIDATE_UNDER_WAY:
    "A canary or shadow is running beside the live version. Withdraw or release it first.",
  NO_CANDIDATE: "There is no canary or shadow any more.",
  RELEASE_RACE: "Somebody else was faster. Check the release log and try again.",
  INTERNAL: "Something went wrong on our side. Nothing you saved is lost.",
};
