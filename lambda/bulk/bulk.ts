import { messageOf } from '../errors'
import type { Ports } from '../ports'
import type { Into, Settings } from '../settings'
import type { BulkLoad } from './bulk-load'
import { type DueListing, dueListings } from './due-listings'
import { type Notes, openNotes } from './notes'
import { afterPage, newListing } from './progress'
import { type IngestInto, queuePage } from './queue-page'

/**
 * A run ends after so many pages of 1,000 keys; the next one goes on where it stopped. Queueing a page takes some forty requests
 * of 25 writes, so that is a quarter of a minute.
 */
export const PAGES_PER_RUN = 50
/** Left at the end of a run for the last page. */
const PAGE_MS = 15_000
/**
 * While so many files wait for a target, no more of its bulk loads are queued. It is what a warehouse loads in some
 * minutes, so it never runs dry, and files that arrive meanwhile never wait behind a million others.
 */
export const MOST_WAITING = 20_000
/** Progress is read for so many loads at once. */
const READS_AT_ONCE = 16

/**
 * Goes on queueing what lies under the prefixes of bulk loads. Progress is written when a page is queued: whoever dies in
 * between has it compared again. Two at once do no harm, they repeat each other's work. A load that cannot be
 * listed holds up no other.
 */
export async function bulk(
  ports: Ports,
  { deadlineMs }: { readonly deadlineMs: number },
  ingestInto: IngestInto,
): Promise<void> {
  const settings = await ports.settings()
  const inVain: unknown[] = []
  let open = await openAll(ports, settings, inVain)
  let pages = 0
  const hasTime = () => pages < PAGES_PER_RUN && ports.now() + PAGE_MS < deadlineMs
  // A page of each in turn, so that a big one holds up no small one.
  while (open.length > 0 && hasTime()) {
    const goingOn: Open[] = []
    for (const one of open) {
      if (!hasTime()) break
      pages += 1
      try {
        if ((await nextPage(ports, settings, one, ingestInto)) === 'queued') goingOn.push(one)
      } catch (error) {
        tell(ports, one.load, error)
        inVain.push(error)
      }
    }
    open = goingOn
  }
  if (inVain.length > 0) throw inVain[0]
}

interface Open {
  readonly load: BulkLoad<Into>
  readonly notes: Notes
}

/** The loads for which there is something to do, first the one that waits longest for its next page. */
async function openAll(ports: Ports, settings: Settings, inVain: unknown[]): Promise<readonly Open[]> {
  const open: Open[] = []
  const openOne = async (load: BulkLoad<Into>): Promise<void> => {
    try {
      const notes = await openNotes(ports, settings, load)
      if (firstDue(ports, { load, notes }) !== undefined) open.push({ load, notes })
    } catch (error) {
      tell(ports, load, error)
      inVain.push(error)
    }
  }
  for (let from = 0; from < settings.bulk.length; from += READS_AT_ONCE) {
    await Promise.all(settings.bulk.slice(from, from + READS_AT_ONCE).map(openOne))
  }
  const pageAt = ({ notes }: Open) =>
    Object.values(notes.progress().listings)
      .map(({ updatedAt }) => Date.parse(updatedAt))
      .reduce((latest, ms) => Math.max(latest, ms), 0)
  return open.sort((a, b) => pageAt(a) - pageAt(b))
}

function firstDue({ now }: Pick<Ports, 'now'>, { load, notes }: Open): DueListing | undefined {
  return dueListings(load, notes.progress(), now())[0]
}

/** Queues the next page of a load, unless nothing is due any more, or its target has enough to do. */
async function nextPage(
  ports: Ports,
  settings: Settings,
  one: Open,
  ingestInto: IngestInto,
): Promise<'queued' | 'nothing-to-do'> {
  const { load, notes } = one
  const due = firstDue(ports, one)
  if (due === undefined) return 'nothing-to-do'
  const state = await ports.targets.get(load.target)
  if ((state?.waitingFiles ?? 0) >= MOST_WAITING) return 'nothing-to-do'
  const known = notes.progress().listings[due.name]
  const before = known?.status === 'listing' ? known : newListing(due.prefix, ports.now())
  const page = await queuePage(ports, settings, load, before, ingestInto)
  const after = afterPage(before, page, ports.now())
  await notes.write(due.name, after)
  if (after.status === 'queued') {
    const { listed, queued, alreadyKnown, leftOut } = after
    const told = { prefix: after.prefix, target: load.target, listed, queued, alreadyKnown, leftOut }
    // A prefix with a slip of the pen holds nothing, and so does a partition that nobody wrote.
    ports.log(listed === 0 ? 'warn' : 'info', 'bulk-listed', { ...told, progress: notes.url })
  }
  return 'queued'
}

function tell({ log }: Pick<Ports, 'log'>, { prefix, target }: BulkLoad<Into>, error: unknown): void {
  log('error', 'bulk-not-listed', { prefix: prefix.source, target, why: messageOf(error), error })
}
