import { lazy, Suspense, type ComponentType } from "react";
import { createBrowserRouter, matchPath, Navigate } from "react-router";
import SignInPage from "@/account/SignInPage";
import { useUser } from "@/session/useSession";
import { LoadingRows } from "@/ui/States";
import { CrashBoundary } from "./CrashBoundary";
import { NotFoundPage } from "@/ui/NotFoundPage";

/** A page that is fetched when it is first opened. */
function page(load: () => Promise<{ default: ComponentType }>) {
  const Page = lazy(load);
  return (
    <Suspense fallback={<LoadingRows />}>
      <Page />
    </Suspense>
  );
}

/** A page behind the sign-in, and where it is. */
function ownPage(path: string, load: () => Promise<{ default: ComponentType }>) {
  if (matchPath(path, window.location.pathname)) {
    // The page that is opened first is fetched beside the session and the frame, not after them:
    // on a slow line it takes long. Whoever shows it says when it can't be had.
    for (const part of [loadFrame, load]) part().catch(() => undefined);
  }
  return { path, element: page(load) };
}

const loadFrame = () => import("./SignedIn");
const loadDashboard = () => import("@/dashboard/DashboardPage");
const DashboardPage = page(loadDashboard);

/** Roles without patients start where their work is. */
function Dashboard() {
  return useUser().role === "clinician" ? DashboardPage : <Navigate to="/admin" replace />;
}

export const router = createBrowserRouter([
  {
    errorElement: <CrashBoundary />,
    children: [
      { path: "/", element: <SignInPage /> },
      { path: "/register", element: page(() => import("@/account/RegisterPage")) },
      { path: "/verify", element: page(() => import("@/account/VerifyPage")) },
      { path: "/forgot", element: page(() => import("@/account/ForgotPage")) },
      { path: "/reset", element: page(() => import("@/account/ResetPage")) },
      { path: "/2fa", element: page(() => import("@/account/CodePage")) },
      { path: "/setup-2fa", element: page(() => import("@/account/EnrolmentPage")) },
      { path: "/hand-in", element: page(() => import("@/handoff/HandInPage")) },
      {
        element: page(loadFrame),
        errorElement: <CrashBoundary />,
        children: [
          { ...ownPage("/dashboard", loadDashboard), element: <Dashboard /> },
          ownPage("/worklist", () => import("@/worklist/WorklistPage")),
          ownPage("/patients", () => import("@/patients/PatientsPage")),
          ownPage("/patient/:id", () => import("@/patient/PatientPage")),
          ownPage("/profile", () => import("@/profile/ProfilePage")),
          ownPage("/clinic", () => import("@/clinic/ClinicPage")),
          ownPage("/admin/compare", () => import("@/admin/comparison/ComparePage")),
          ownPage("/admin", () => import("@/admin/AdminPage")),
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
]);
