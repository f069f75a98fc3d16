import { fileType, isPartOfShapefile } from '../../../lambda/route/file-type'

it.each([
  ['kpis/new_file.csv', { format: 'csv', compression: 'none' }],
  ['kpis/NEW.CSV.GZ', { format: 'csv', compression: 'gzip' }],
  ['a.tsv', { format: 'csv', delimiter: '\t', compression: 'none' }],
  ['a.psv.bz2', { format: 'csv', delimiter: '|', compression: 'bzip2' }],
  ['a.json', { format: 'json', compression: 'none' }],
  ['a.jsonl.gzip', { format: 'json', compression: 'gzip' }],
  ['a.ndjson.zst', { format: 'json', compression: 'zstd' }],
  ['a.csv.zstd', { format: 'csv', compression: 'zstd' }],
  ['a.parquet', { format: 'parquet', compression: 'none' }],
  ['a.pq', { format: 'parquet', compression: 'none' }],
  ['part-0.c000.snappy.parquet', { format: 'parquet', compression: 'none' }],
  ['part-0.gz.parquet', { format: 'parquet', compression: 'none' }],
  ['a.csv.lzo', { format: 'csv', compression: 'lzop' }],
  ['a.tsv.lzop', { format: 'csv', delimiter: '\t', compression: 'lzop' }],
  ['a.avro', { format: 'avro', compression: 'none' }],
  ['part-0.zlib.orc', { format: 'orc', compression: 'none' }],
  ['roads.SHP', { format: 'shapefile', compression: 'none' }],
  ['roads.shp.gz', { format: 'shapefile', compression: 'gzip' }],
  ['roads.dbf', { format: undefined, compression: 'none' }],
  ['a.json.csv', { format: 'csv', compression: 'none' }],
  ['a.dat.gz', { format: undefined, compression: 'gzip' }],
  ['a.gz', { format: undefined, compression: 'gzip' }],
  ['a.gz.gz', { format: undefined, compression: 'gzip' }],
  ['a.txt', { format: undefined, compression: 'none' }],
  ['csv', { format: undefined, compression: 'none' }],
  ['dir.csv/file', { format: undefined, compression: 'none' }],
  ['dir.csv/', { format: undefined, compression: 'none' }],
  ['a.csv.', { format: undefined, compression: 'none' }],
  ['a.constructor', { format: undefined, compression: 'none' }],
  ['', { format: undefined, compression: 'none' }],
])('reads from the name %s what the file is', (key, type) => {
  expect(fileType(key)).toEqual(type)
})

it.each([
  ['roads.shx', true],
  ['roads.DBF', true],
  ['roads.prj.gz', true],
  ['roads.shp', false],
  ['roads.shp.gz', false],
  ['dbf', false],
  ['dir.dbf/file', false],
])('knows of %s whether it is a part of a shapefile: %s', (key, isPart) => {
  expect(isPartOfShapefile(key)).toBe(isPart)
})
