import type { LoadPlan } from '../load-plan'
import { type Arrival, type Batch, type S3Url, type TargetId, urlOf } from '../model'

/** What a batch keeps in S3: enough to run it again, or to finish it, by somebody who knows nothing but its folder. */
export interface BatchContents {
  readonly batchId: string
  readonly target: TargetId
  readonly plan: LoadPlan
  readonly arrivals: readonly Arrival[]
  /** When it is loaded, the contents of its files are noted. */
  readonly notesContents?: true
}

/** What a failed batch leaves: the same, and why. */
export interface FailedContents extends BatchContents {
  readonly error: { readonly code: string; readonly message: string }
}

/** The folder of a batch: by target, then by time, as batch ids sort. `work` ends with a slash. */
export function folderOf(work: S3Url, target: TargetId, batchId: string): S3Url {
  return `${work}batches/${target}/${batchId}/` as S3Url
}

/**
 * Where a batch that failed leaves its list of files, its manifest and its error: under a prefix of its own, so that a person,
 * a lifecycle rule or an event of the bucket finds the failed ones without the others.
 */
export function failedFolderOf({ folder, target, batchId }: Pick<Batch, 'folder' | 'target' | 'batchId'>): S3Url {
  // The work folder of then, which the settings of today may not name any more.
  const work = folder.slice(0, -`batches/${target}/${batchId}/`.length)
  return `${work}failed/${target}/${batchId}/` as S3Url
}

export function contentsUrl(folder: S3Url): S3Url {
  return `${folder}batch.json`
}

/** Named as Redshift's own UNLOAD names it. */
export function manifestUrl(folder: S3Url): S3Url {
  return `${folder}manifest`
}

/** A manifest for each file, for loads whose rows tell which file they came from; none for others. */
export function partsOf(
  { plan, arrivals }: Pick<BatchContents, 'plan' | 'arrivals'>,
  folder: S3Url,
): readonly { readonly arrival: Arrival; readonly url: S3Url; readonly manifest: S3Url }[] {
  if (plan.lineage?.file === undefined) return []
  return arrivals.map((arrival, index) => {
    const manifest: S3Url = `${folder}manifest-${index + 1}`
    return { arrival, url: urlOf(arrival.object), manifest }
  })
}

export function contentsText(contents: BatchContents | FailedContents): string {
  return JSON.stringify(contents)
}

export function readContents(text: string): BatchContents {
  return JSON.parse(text) as BatchContents
}

/**
 * The manifest of a COPY. Every entry is mandatory, since otherwise a missing file is passed over in silence, and tells
 * its length, which Parquet requires. An entry listed twice would be loaded twice, so each file is listed once.
 * Source: Amazon Redshift developer guide, "Using a manifest to specify data files".
 */
export function manifestText(arrivals: readonly Arrival[]): string {
  const entries = new Map(
    arrivals.map(({ object }) => [
      urlOf(object),
      { url: urlOf(object), mandatory: true, meta: { content_length: object.sizeBytes } },
    ]),
  )
  return JSON.stringify({ entries: [...entries.values()] })
}
