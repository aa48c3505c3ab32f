// Loaded into a measured program: leaves its peak resident set in a file when it ends. In bytes.
'use strict';
const { writeFileSync } = require('fs');

process.once('exit', () => {
  const { PEAK_MEMORY_FILE: file } = process.env;
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
