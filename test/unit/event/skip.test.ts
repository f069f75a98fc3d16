import { whyNotAFile } from '../../../lambda/event/skip'

it.each([
  ['kpis/', 0, 'FOLDER_MARKER'],
  ['kpis/', 12, 'FOLDER_MARKER'],
  ['kpis_$folder$', 0, 'FOLDER_MARKER'],
  ['kpis/dt=1_$folder$', 0, 'FOLDER_MARKER'],
  ['kpis/a.csv', 0, 'EMPTY_OBJECT'],
])('takes %s of %d bytes for no file, as %s', (key, sizeBytes, code) => {
  expect(whyNotAFile({ key, sizeBytes })).toEqual({ code, reason: expect.stringMatching(/\.$/) })
})

it.each([
  ['kpis/a.csv', 1],
  ['kpis/_$folder$.csv', 1],
  ['kpis', 1],
])('takes %s of %d byte for a file', (key, sizeBytes) => {
  expect(whyNotAFile({ key, sizeBytes })).toBeUndefined()
})
