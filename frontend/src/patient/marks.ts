import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import type { Marks } from "@/viewer/Filmstrip";
import { standingOf } from "./VerdictList";

type Detection = Schemas["Detection"];
type Review = Schemas["Review"];

/** All answers and verdicts of a patient or a lesion, the newest first. */
export interface Findings {
  detections: Detection[];
  reviews: Review[];
}

const PENDING_MS = 1_500;
/** More pages than anybody's record has; what is older has no mark. */
const MOST_PAGES = 10;

export function useFindings(patientId: string, lesionId: string | null) {
  return useQuery({
    queryKey: [...patientKey(patientId), "findings", lesionId],
    queryFn: () => findings(patientId, lesionId),
    refetchInterval: ({ state }) =>
      state.data?.detections.some(({ status }) => status === "pending") ? PENDING_MS : false,
  });
}

async function findings(patientId: string, lesionId: string | null): Promise<Findings> {
  const found: Findings = { detections: [], reviews: [] };
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer: Schemas["TimelinePage"] = await unwrap(
      api.GET("/patients/{patient_id}/timeline", {
        params: {
          path: { patient_id: patientId },
          query: {
            kind: ["detection", "review"],
            limit: 200,
            cursor,
            ...(lesionId && { lesion_id: lesionId }),
          },
        },
      }),
    );
    for (const entry of answer.items) {
      if (entry.kind === "detection") found.detections.push(entry.detection);
      if (entry.kind === "review") found.reviews.push(entry.review);
    }
    cursor = answer.next_cursor ?? "";
    if (!cursor) break;
  }
  return found;
}

/** The newest answer and the verdict that stands, by photo. */
export function marksOf({ detections, reviews }: Findings): Map<string, Marks> {
  const marks = new Map<string, Marks>();
  for (const detection of detections) {
    if (!marks.has(detection.image_id)) marks.set(detection.image_id, { detection });
  }
  for (const imageId of new Set(reviews.map(({ image_id }) => image_id))) {
    const given = reviews.filter(({ image_id }) => image_id === imageId);
    marks.set(imageId, { ...marks.get(imageId), review: standingOf(given) });
  }
  return marks;
}
