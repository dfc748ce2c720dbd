import account from "./account";
import admin from "./admin";
import candidate from "./candidate";
import shell from "./shell";
import dashboard from "./dashboard";
import events from "./events";
import patient from "./patient";
import patients from "./patients";
import problems from "./problems";
import profile from "./profile";

/** Every text that people read, by the room where it stands. */
export default {
  shell,
  account,
  dashboard,
  patient,
  patients,
  profile,
  admin,
  candidate,
  events,
  problems,
};
