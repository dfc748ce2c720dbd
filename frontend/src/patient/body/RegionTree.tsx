import { Badge, Group, Text, VisuallyHidden } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ZoneMark } from "@/findings/ZoneMark";
import { highest } from "./clusters";
import type { Place } from "./drawing";
import { wordOf } from "./place_names";
import { spoken, type TreeItem } from "./tree_items";
import { useTreeKeys } from "./useTreeKeys";
import classes from "./RegionTree.module.css";

/**
 * The body as a tree, for whoever can't use a drawing: sites, places in them, lesions in those.
 *
 * Our own, since Mantine's Tree tells a screen reader neither which rows are open nor where the
 * focus was.
 */
export function RegionTree({
  items,
  chosen,
  onLight,
  onPlace,
  onLesion,
}: {
  items: TreeItem[];
  /** The place that is shown large. */
  chosen: Place | null;
  onLight: (place: Place | null) => void;
  onPlace: (place: Place) => void;
  onLesion: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (item: TreeItem, isOpen = !open.has(item.key)) =>
    setOpen((before) => {
      const after = new Set(before);
      if (isOpen) after.add(item.key);
      else after.delete(item.key);
      return after;
    });
  const press = (item: TreeItem) => {
    if (item.lesionId) onLesion(item.lesionId);
    else if (item.place) onPlace(item.place);
    else toggle(item);
  };
  const chosenKey = chosen && wordOf(chosen);
  const chosenItem = items.flatMap(({ children }) => children).find(({ key }) => key === chosenKey);
  const isOpen = (item: TreeItem) => open.has(item.key);
  const [shownKey, setShownKey] = useState<string | null>(null);
  if (chosenKey !== shownKey) {
    setShownKey(chosenKey);
    // What the figure shows large is open in the tree too, with its lesions.
    if (chosenItem?.parent) setOpen(new Set([...open, chosenItem.parent.key, chosenItem.key]));
  }
  useEffect(() => {
    const tree = list.current;
    const row = tree?.querySelector<HTMLElement>(`[data-key="${chosenKey}"]`);
    // The tree alone is scrolled, and the page stays where it is.
    if (tree && row) tree.scrollTop = row.offsetTop - tree.clientHeight / 2;
  }, [chosenKey]);
  const { shown, current, onKeyDown, onFocus } = useTreeKeys({
    items,
    isOpen,
    toggle,
    press,
    list,
  });

  return (
    <ul
      ref={list}
      role="tree"
      aria-label={t("patient.map.tree")}
      className={classes.tree}
      onKeyDown={onKeyDown}
      onBlur={() => onLight(null)}
    >
      {shown.map((item) => (
        // The keys are the tree's own: what is pressed on a row bubbles up to it.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={item.key}
          role="treeitem"
          aria-level={item.level}
          aria-posinset={siblings(item, items).indexOf(item) + 1}
          aria-setsize={siblings(item, items).length}
          aria-expanded={item.children.length > 0 ? isOpen(item) : undefined}
          aria-selected={item.key === chosenKey}
          tabIndex={item.key === current ? 0 : -1}
          data-key={item.key}
          className={classes.item}
          onFocus={() => {
            onFocus(item);
            onLight(item.place);
          }}
          onClick={() => press(item)}
        >
          <Row item={item} onToggle={() => toggle(item)} onLight={onLight} isOpen={isOpen(item)} />
        </li>
      ))}
    </ul>
  );
}

const siblings = ({ parent }: TreeItem, items: TreeItem[]) => parent?.children ?? items;

function Row({
  item,
  isOpen,
  onToggle,
  onLight,
}: {
  item: TreeItem;
  isOpen: boolean;
  onToggle: () => void;
  onLight: (place: Place | null) => void;
}) {
  const { t } = useTranslation();
  const { name, lesions, children, place, lesionId } = item;
  const zone = highest(lesions);
  return (
    <Group
      gap={6}
      wrap="nowrap"
      className={classes.row}
      data-empty={lesions.length === 0 || undefined}
      onMouseEnter={() => onLight(place)}
      onMouseLeave={() => onLight(null)}
    >
      <IconChevronRight
        size={16}
        className={classes.chevron}
        data-open={isOpen || undefined}
        aria-hidden
        visibility={children.length > 0 ? undefined : "hidden"}
        onClick={(event) => {
          event.stopPropagation();
          onToggle();
        }}
      />
      <Text size="sm" span flex={1} miw={0}>
        {name}
        <VisuallyHidden component="span">{spoken(t, item)}</VisuallyHidden>
      </Text>
      {zone && <ZoneMark zone={zone} />}
      {!lesionId && lesions.length > 0 && (
        <Badge variant="default" size="sm" aria-hidden>
          {lesions.length}
        </Badge>
      )}
    </Group>
  );
}
