import account from "./account";
import admin from "./admin";
import common from "./common";
import dashboard from "./dashboard";
import patient from "./patient";
import problems from "./problems";
import profile from "./profile";

/** Every text that people read, by the room where it stands. */
export default { common, account, dashboard, patient, profile, admin, problems };
