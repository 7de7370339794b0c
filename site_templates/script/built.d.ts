/** Names of files beside the one that asks, filled in by build.mjs. */
declare const DECODE_WORKER: string;
declare const PDF_WORKER: string;
/** Folder with what PDF pages of scanners need: JPEG 2000, JBIG2 and CCITT without WebAssembly. */
declare const PDF_CODECS: string;
