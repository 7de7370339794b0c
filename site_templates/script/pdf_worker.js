/** The worker of pdf.js: it starts itself when it is loaded as one. */

import "pdfjs-dist/legacy/build/pdf.worker.min.mjs";
