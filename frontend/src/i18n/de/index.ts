import type { Catalogue } from "../catalogue";
import account from "./account";
import admin from "./admin";
import candidate from "./candidate";
import shell from "./shell";
import dashboard from "./dashboard";
import events from "./events";
import finding from "./finding";
import patient from "./patient";
import patients from "./patients";
import problems from "./problems";
import profile from "./profile";

const de: Catalogue = {
  shell,
  account,
  dashboard,
  patient,
  patients,
  profile,
  admin,
  candidate,
  events,
  finding,
  problems,
};
export default de;
