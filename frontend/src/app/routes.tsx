import { lazy, Suspense, type ComponentType } from "react";
import { createBrowserRouter, Navigate } from "react-router";
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

const DashboardPage = page(() => import("@/dashboard/DashboardPage"));

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
        element: page(() => import("./SignedIn")),
        errorElement: <CrashBoundary />,
        children: [
          { path: "/dashboard", element: <Dashboard /> },
          { path: "/worklist", element: page(() => import("@/worklist/WorklistPage")) },
          { path: "/patients", element: page(() => import("@/patients/PatientsPage")) },
          { path: "/patient/:id", element: page(() => import("@/patient/PatientPage")) },
          { path: "/profile", element: page(() => import("@/profile/ProfilePage")) },
          { path: "/clinic", element: page(() => import("@/clinic/ClinicPage")) },
          { path: "/admin/compare", element: page(() => import("@/admin/comparison/ComparePage")) },
          { path: "/admin", element: page(() => import("@/admin/AdminPage")) },
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
]);
