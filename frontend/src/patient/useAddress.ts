import { useSearchParams } from "react-router";
import type { Shelf } from "./queries";

/**
 * What is chosen on the page, kept in the address: a reload, the back button and a sent link all
 * come back to the same photo.
 */
export function useAddress() {
  const [search, setSearch] = useSearchParams();
  const lesion = search.get("lesion");
  const shelf: Shelf | null =
    lesion === null ? null : lesion === "unsorted" ? "unsorted" : { lesionId: lesion };

  const change = (part: Record<string, string | null>, { replace = false } = {}) => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(part)) {
          if (value === null) after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace, preventScrollReset: true },
    );
  };
  return {
    shelf,
    imageId: search.get("image"),
    tab: search.get("tab") ?? "photos",
    /** Whether photos are being sorted onto the lesions. */
    isSorting: search.has("sort"),
    isComparing: search.has("compare"),
    /** Back closes the comparison, as it closes a page. */
    openComparison: () => change({ compare: "" }),
    closeComparison: () => change({ compare: null }, { replace: true }),
    /** The photos that were chosen to be compared; none: those that offer themselves. */
    compared: search.get("compare")?.split(" ") ?? [],
    chooseCompared: (left: string, right: string) =>
      change({ compare: `${left} ${right}` }, { replace: true }),
    /** The overview photo that is shown large; Back closes it. */
    overviewId: search.get("overview"),
    openOverview: (imageId: string) =>
      change({ overview: imageId }, { replace: search.has("overview") }),
    closeOverview: () => change({ overview: null }, { replace: true }),
    /** The part of the body that is shown large. */
    place: search.get("place"),
    /** Back leaves the part again; from one part to the next is no step of its own. */
    openPlace: (place: string) => change({ place }, { replace: search.has("place") }),
    closePlace: () => change({ place: null }, { replace: true }),
    chooseShelf: (chosen: Shelf) => {
      const name = chosen === "unsorted" ? "unsorted" : chosen.lesionId;
      change({ lesion: name, image: null, tab: null, compare: null, place: null, overview: null });
    },
    chooseImage: (imageId: string | null, { replace = false } = {}) =>
      change({ image: imageId }, { replace }),
    chooseTab: (tab: string) => change({ tab: tab === "photos" ? null : tab }),
  };
}
