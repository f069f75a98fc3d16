import type { IncomingHttpHeaders } from 'node:http'
import { deleteSetting, getSetting, putSetting, SETTINGS } from './bucket-settings'
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets'
import { completeMultipartUpload } from './complete-upload'
import { copyObject, uploadPartCopy } from './copy-object'
import { deleteObject, deleteObjects } from './delete-objects'
import { postObject } from './form-post'
import { listObjects, listObjectsV2 } from './list-objects'
import { listObjectVersions } from './list-versions'
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart-uploads'
import { readObject } from './read-object'
import type { Subject } from './request'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging'
import type { Operation } from './world'
import { putObject } from './write-object'

/** An operation under the name that AWS gives it. */
export interface NamedOperation {
  readonly name: string
  readonly run: Operation
}

interface Route extends NamedOperation {
  readonly method: string
  readonly about: 'service' | 'bucket' | 'object'
  /** The query parameter that selects it. */
  readonly parameter?: string
  /** The header that selects it. */
  readonly header?: string
}

// The first that fits is taken, so the more particular ones come first.
const ROUTES: readonly Route[] = [
  { name: 'ListBuckets', method: 'GET', about: 'service', run: listBuckets },

  ...Object.entries(SETTINGS).flatMap(([parameter, setting]): Route[] => [
    { name: `Get${setting.name}`, method: 'GET', about: 'bucket', parameter, run: getSetting(parameter, setting) },
    { name: `Put${setting.name}`, method: 'PUT', about: 'bucket', parameter, run: putSetting(parameter, setting) },
    { name: `Delete${setting.name}`, method: 'DELETE', about: 'bucket', parameter, run: deleteSetting(parameter) },
  ]),
  { name: 'GetBucketLocation', method: 'GET', about: 'bucket', parameter: 'location', run: getBucketLocation },
  { name: 'ListObjectVersions', method: 'GET', about: 'bucket', parameter: 'versions', run: listObjectVersions },
  { name: 'ListMultipartUploads', method: 'GET', about: 'bucket', parameter: 'uploads', run: listMultipartUploads },
  { name: 'ListObjectsV2', method: 'GET', about: 'bucket', parameter: 'list-type', run: listObjectsV2 },
  { name: 'DeleteObjects', method: 'POST', about: 'bucket', parameter: 'delete', run: deleteObjects },
  { name: 'ListObjects', method: 'GET', about: 'bucket', run: listObjects },
  { name: 'PostObject', method: 'POST', about: 'bucket', run: postObject },
  { name: 'CreateBucket', method: 'PUT', about: 'bucket', run: createBucket },
  { name: 'HeadBucket', method: 'HEAD', about: 'bucket', run: headBucket },
  { name: 'DeleteBucket', method: 'DELETE', about: 'bucket', run: deleteBucket },

  { name: 'CreateMultipartUpload', method: 'POST', about: 'object', parameter: 'uploads', run: createMultipartUpload },
  {
    name: 'UploadPartCopy',
    method: 'PUT',
    about: 'object',
    parameter: 'uploadId',
    header: 'x-amz-copy-source',
    run: uploadPartCopy,
  },
  { name: 'UploadPart', method: 'PUT', about: 'object', parameter: 'uploadId', run: uploadPart },
  { name: 'ListParts', method: 'GET', about: 'object', parameter: 'uploadId', run: listParts },
  { name: 'AbortMultipartUpload', method: 'DELETE', about: 'object', parameter: 'uploadId', run: abortMultipartUpload },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    about: 'object',
    parameter: 'uploadId',
    run: completeMultipartUpload,
  },
  { name: 'PutObjectTagging', method: 'PUT', about: 'object', parameter: 'tagging', run: putObjectTagging },
  { name: 'GetObjectTagging', method: 'GET', about: 'object', parameter: 'tagging', run: getObjectTagging },
  { name: 'DeleteObjectTagging', method: 'DELETE', about: 'object', parameter: 'tagging', run: deleteObjectTagging },
  { name: 'CopyObject', method: 'PUT', about: 'object', header: 'x-amz-copy-source', run: copyObject },
  { name: 'PutObject', method: 'PUT', about: 'object', run: putObject },
  { name: 'HeadObject', method: 'HEAD', about: 'object', run: readObject },
  { name: 'GetObject', method: 'GET', about: 'object', run: readObject },
  { name: 'DeleteObject', method: 'DELETE', about: 'object', run: deleteObject },
]

// Parameters that select an operation. One that no route of the method takes must not fall through to a plain read or
// write: `PUT ?acl` is no upload.
const SELECTORS: ReadonlySet<string> = new Set([
  ...ROUTES.flatMap(({ parameter }) => parameter ?? []),
  ...['attributes', 'legal-hold', 'retention', 'restore', 'select', 'torrent', 'policyStatus', 'renameObject'],
])

/** Which operation a request asks for; `undefined` for one that isn't implemented. */
export function operationOf(
  method: string,
  subject: Subject,
  headers: IncomingHttpHeaders,
): NamedOperation | undefined {
  const about = subject.bucket === '' ? 'service' : subject.key === '' ? 'bucket' : 'object'
  const selectors = [...subject.query.keys()].filter((parameter) => SELECTORS.has(parameter))
  return ROUTES.find(
    (route) =>
      route.method === method &&
      route.about === about &&
      (route.parameter === undefined ? selectors.length === 0 : selectors.includes(route.parameter)) &&
      (route.header === undefined || headers[route.header] !== undefined),
  )
}
