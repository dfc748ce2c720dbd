import { api, unwrap, type Schemas } from "@/api/client";
import { digestOf } from "./digest";

export type Copy = Schemas["Copy"];

interface Draft {
  file: Blob;
  patientId: string;
  lesionId: string | null;
}

/**
 * Asks which photos the clinic has already.
 *
 * @param drafts at most 50.
 * @returns for each the copy nearest to where it is to go: in its lesion, of its patient, any.
 * @throws Problem when the server could not be asked.
 */
export async function copiesOf(drafts: Draft[]): Promise<(Copy | undefined)[]> {
  const digests = await Promise.all(drafts.map(({ file }) => digestOf(file)));
  const known = new Set(digests.filter((digest) => digest !== null));
  if (known.size === 0) return drafts.map(() => undefined);
  const { items } = await unwrap(api.POST("/images/copies", { body: { digests: [...known] } }));
  return drafts.map(({ patientId, lesionId }, index) => {
    const same = items.filter(({ digest }) => digest === digests[index]);
    const ofPatient = same.filter((copy) => copy.patient_id === patientId);
    return ofPatient.find((copy) => copy.lesion_id === lesionId) ?? ofPatient[0] ?? same[0];
  });
}

/** Ids of those photos of a queue, oldest first, that are byte for byte one before them. */
export async function chosenTwice(queue: { id: string; file: Blob }[]): Promise<Set<string>> {
  const digests = await Promise.all(queue.map(({ file }) => digestOf(file)));
  const twice = queue.filter(
    (_, index) => digests[index] !== null && digests.indexOf(digests[index] ?? null) < index,
  );
  return new Set(twice.map(({ id }) => id));
}
