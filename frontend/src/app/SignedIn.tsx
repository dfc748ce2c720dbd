import { ModalsProvider } from "@mantine/modals";
import { RequireSession } from "@/account/RequireSession";
import { Shell } from "./Shell";
import { useAppUpdates } from "./useAppUpdates";

/** What stands around every page behind the sign-in; in a file of its own, so that the sign-in page
 * loads neither the frame nor what dialogs are made of. */
export default function SignedIn() {
  useAppUpdates();
  return (
    <RequireSession>
      <ModalsProvider>
        <Shell />
      </ModalsProvider>
    </RequireSession>
  );
}
