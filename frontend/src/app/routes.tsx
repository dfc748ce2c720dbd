import { lazy, Suspense, useState } from "react";
import { createBrowserRouter, matchPath, Navigate } from "react-router";
import SignInPage from "@/account/SignInPage";
import { useUser } from "@/session/useSession";
import { LoadingRows } from "@/ui/States";
import { CrashBoundary } from "./CrashBoundary";
import { pageParts, part, type PagePart } from "./page_parts";
import { NotFoundPage } from "@/ui/NotFoundPage";

/** A page that is fetched when it is first opened. */
function page(load: PagePart["load"], loaded: PagePart["loaded"] = () => null) {
  const Fetched = lazy(load);
  function Page() {
    // One that was fetched before is shown at once: a lazy one would first show that it is loading,
    // which React keeps in sight for 300 ms. What it began with, it stays.
    const [Shown] = useState(() => loaded() ?? Fetched);
    return <Shown />;
  }
  return (
    <Suspense fallback={<LoadingRows />}>
      <Page />
    </Suspense>
  );
}

/** A page behind the sign-in, and where it is. */
function ownPage(path: string, { load, loaded }: PagePart) {
  if (matchPath(path, window.location.pathname)) {
    // The page that is opened first is fetched beside the session and the frame, not after them:
    // on a slow line it takes long. Whoever shows it says when it can't be had.
    for (const fetchPart of [frame.load, load]) fetchPart().catch(() => undefined);
  }
  return { path, element: page(load, loaded) };
}

const frame = part(() => import("./SignedIn"));
const { dashboard } = pageParts;
const DashboardPage = page(dashboard.load, dashboard.loaded);

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
        element: page(frame.load, frame.loaded),
        errorElement: <CrashBoundary />,
        children: [
          { ...ownPage("/dashboard", dashboard), element: <Dashboard /> },
          ownPage("/worklist", pageParts.worklist),
          ownPage("/patients", pageParts.patients),
          ownPage("/patient/:id", pageParts.patient),
          ownPage("/profile", pageParts.profile),
          ownPage("/clinic", pageParts.clinic),
          ownPage("/admin/compare", pageParts.comparison),
          ownPage("/admin", pageParts.admin),
        ],
      },
      { path: "*", element: <NotFoundPage /> },
    ],
  },
]);
