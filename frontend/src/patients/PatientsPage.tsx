import {
  Button,
  CloseButton,
  Group,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue, useDisclosure, useDocumentTitle } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { NewPatientDialog } from "./NewPatientDialog";
import { orderOf, putOrder, type Order } from "./patient_order";
import { OrderChoice } from "./OrderChoice";
import { PatientList } from "./PatientList";
import { usePatients } from "./usePatients";

const TYPING_MS = 250;

/** All patients of the clinic. The address holds search and filter, for the way back. */
export default function PatientsPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("patients.title")} · ${t("shell.name")}`);
  const [address, setAddress] = useSearchParams();
  const [typed, setTyped] = useState(address.get("search") ?? "");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const archived = address.get("state") === "archived";
  const order = orderOf(address);
  const [isAdding, adding] = useDisclosure(address.has("new"));

  useEffect(() => {
    setAddress(
      (now) => {
        if (search) now.set("search", search);
        else now.delete("search");
        now.delete("new");
        return now;
      },
      { replace: true },
    );
  }, [search, setAddress]);

  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("patients.title")}
        </Title>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={adding.open}>
          {t("patients.add")}
        </Button>
      </Group>
      <Group>
        <TextInput
          flex="1 1 260px"
          type="search"
          aria-label={t("patients.search")}
          placeholder={t("patients.search")}
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={
            typed && <CloseButton aria-label={t("patients.clear")} onClick={() => setTyped("")} />
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") focusFirst(event);
          }}
        />
        <SegmentedControl
          aria-label={t("patients.state.label")}
          value={archived ? "archived" : "active"}
          onChange={(state) =>
            setAddress(
              (now) => {
                if (state === "archived") now.set("state", state);
                else now.delete("state");
                return now;
              },
              { replace: true },
            )
          }
          data={[
            { value: "active", label: t("patients.state.active") },
            { value: "archived", label: t("patients.state.archived") },
          ]}
        />
      </Group>
      <SearchResults
        search={search}
        archived={archived}
        order={order}
        onOrder={(order) => setAddress((now) => putOrder(now, order), { replace: true })}
        onAdd={adding.open}
      />
      <NewPatientDialog opened={isAdding} onClose={adding.close} />
    </Stack>
  );
}

/** From the search into the list, without the mouse. */
function focusFirst(event: KeyboardEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("[data-index='0'] a")?.focus();
}

function SearchResults({
  search,
  archived,
  order,
  onOrder,
  onAdd,
}: {
  search: string;
  archived: boolean;
  order: Order;
  onOrder: (order: Order) => void;
  onAdd: () => void;
}) {
  const { t } = useTranslation();
  const patients = usePatients({ search, archived, order });
  const all = useMemo(() => patients.data?.pages.flatMap(({ items }) => items), [patients.data]);
  const { fetchNextPage } = patients;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  if (!all) {
    return patients.error ? (
      <ErrorState error={patients.error} onRetry={() => void patients.refetch()} />
    ) : (
      <LoadingRows rows={8} />
    );
  }
  if (all.length === 0) return <NoPatients search={search} archived={archived} onAdd={onAdd} />;
  return (
    <>
      {patients.data?.pages[0]?.only_similar && (
        <Text role="status">{t("patients.onlySimilar", { search })}</Text>
      )}
      {!search && <OrderChoice order={order} onOrder={onOrder} />}
      <PatientList
        patients={all}
        hasMore={patients.hasNextPage && !patients.isFetchNextPageError}
        isLoadingMore={patients.isFetchingNextPage}
        order={order}
        onOrder={search ? undefined : onOrder}
        onMore={more}
      />
      {patients.isFetchNextPageError && <ErrorState error={patients.error} onRetry={more} />}
    </>
  );
}

function NoPatients({
  search,
  archived,
  onAdd,
}: {
  search: string;
  archived: boolean;
  onAdd: () => void;
}) {
  const { t } = useTranslation();
  if (search) {
    return (
      <EmptyState
        title={t("patients.none.found", { search })}
        text={t("patients.none.foundText")}
      />
    );
  }
  if (archived) return <EmptyState title={t("patients.none.archived")} />;
  return (
    <EmptyState
      title={t("patients.none.title")}
      text={t("patients.none.text")}
      action={<Button onClick={onAdd}>{t("patients.add")}</Button>}
    />
  );
}
