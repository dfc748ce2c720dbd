import { useAddress } from "../useAddress";
import { placeFrom, wordOf, type Focus } from "./place_names";
import { VIEWS } from "./views";

/** What of the body is shown large, kept in the address: Back leaves it. */
export function useFocus() {
  const { place, openPlace, closePlace } = useAddress();
  const [word, region = ""] = (place ?? "").split(":");
  const view = VIEWS.find((one) => one === word);
  const focus: Focus | null = view ? { view, place: placeFrom(region) } : null;
  return {
    focus,
    open: ({ view, place: chosen }: Focus) =>
      openPlace(chosen ? `${view}:${wordOf(chosen)}` : view),
    close: closePlace,
  };
}
