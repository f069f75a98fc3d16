import { FORMATS } from '../copy-matrix'
import type { CopyPlan } from '../copy-plan'
import type { S3Object } from '../model'
import type { Ports } from '../ports'
import { lookInto, OF_HEADERS, OF_RECORDS } from './look-into'
import { type Names, unreadable } from './names'
import { namesInHeader } from './names-in-header'
import { namesInParquet } from './names-in-parquet'
import { namesInRecords } from './names-in-records'

/**
 * What a file calls its columns: text in its header line, JSON in its records, Parquet in its footer. No more is read than the first
 * megabyte, of JSON the first four, or the footer, and of the version that `object` tells. What is wrong with the file is a value; throws what the port
 * throws, `OBJECT_GONE` and `OBJECT_CHANGED` among it.
 */
export async function namesInFile(ports: Pick<Ports, 'objects'>, object: S3Object, plan: CopyPlan): Promise<Names> {
  switch (plan.format) {
    case 'csv':
    case 'delimited':
      if (!plan.headerLines) return notTold('without a header nothing tells its names: set headerLines')
      return lookInto(ports, object, plan, OF_HEADERS, (beginning) => namesInHeader(beginning, plan))
    case 'json':
      if (plan.paths?.startsWith('s3://')) return notTold('its jsonpaths file tells which value is for which column')
      if (plan.paths === 'noshred') return notTold("with paths: 'noshred' each record is one column")
      return lookInto(ports, object, plan, OF_RECORDS, (beginning) =>
        beginning.isAll || beginning.isLast ? namesInRecords(beginning) : 'more',
      )
    case 'parquet':
      return namesInParquet(ports, object)
    case 'fixedwidth':
    case 'avro':
    case 'orc':
    case 'shapefile':
      return notTold(
        `names are taken from CSV, delimited text, JSON and Parquet, and not from ${FORMATS[plan.format].title}`,
      )
  }
}

function notTold(reason: string): Names {
  return unreadable(reason, 'COLUMNS_NOT_TOLD')
}
