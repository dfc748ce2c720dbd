/** By reason. A reason that is not here is shown in the server's own words, which are English. */
export default {
  UNREACHABLE: "The server could not be reached. Check your connection and try again.",
  CREDENTIALS_INVALID: "E-mail address or password is wrong.",
  SIGN_IN_REQUIRED: "Your session has ended. Sign in again.",
  RATE_LIMITED: "Too many tries. Wait a little and try again.",
  CANDIDATE_UNDER_WAY:
    "A canary or shadow stands beside the live version. Withdraw or release it first.",
  NO_CANDIDATE: "No canary or shadow is under way any more.",
  RELEASE_RACE: "Somebody else was faster. Look at the release log and try again.",
  INTERNAL: "Something went wrong on our side. Nothing that was saved is lost.",
};
