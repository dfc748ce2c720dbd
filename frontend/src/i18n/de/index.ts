import type { Catalogue } from "../catalogue";
import account from "./account";
import admin from "./admin";
import camera from "./camera";
import archives from "./archives";
import card from "./card";
import candidate from "./candidate";
import comparison from "./comparison";
import clinic from "./clinic";
import shell from "./shell";
import dashboard from "./dashboard";
import events from "./events";
import files from "./files";
import finding from "./finding";
import handoff from "./handoff";
import overviews from "./overviews";
import patient from "./patient";
import patients from "./patients";
import reasons from "./reasons";
import regions from "./regions";
import profile from "./profile";
import sorting from "./sorting";
import viewer from "./viewer";
import worklist from "./worklist";

const de: Catalogue = {
  shell,
  account,
  dashboard,
  patient,
  patients,
  profile,
  admin,
  camera,
  card,
  candidate,
  clinic,
  comparison,
  events,
  files,
  finding,
  handoff,
  overviews,
  reasons,
  regions,
  archives,
  sorting,
  viewer,
  worklist,
};
export default de;
