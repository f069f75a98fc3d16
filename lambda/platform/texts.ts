import * as z from 'zod'

/** `s3://bucket/key`, as it is read from an item. */
export const s3UrlText = z.templateLiteral(['s3://', z.string()])

/** `warehouse/schema.table`, as it is read from an item. */
export const targetIdText = z.templateLiteral([z.string(), '/', z.string(), '.', z.string()])
