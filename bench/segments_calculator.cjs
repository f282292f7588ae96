// Reads a JSON list of texts and writes, for each, what the calculator says:
// [encoding, segments, units, whether every part fits into 140 octets], then the same without units after
// smart encoding.
const fs = require("fs");
const { SegmentedMessage } = require("sms-segments-calculator");

const texts = JSON.parse(fs.readFileSync(0, "utf8"));
const said = texts.map((text) => {
  const plain = new SegmentedMessage(text);
  const smart = new SegmentedMessage(text, "auto", true);
  const bitsOfUnit = plain.encodingName === "GSM-7" ? 7 : 16;
  const fits = (message) => message.segments.every((part) => part.sizeInBits() <= 1120);
  return [
    plain.encodingName, plain.segmentsCount, plain.messageSize / bitsOfUnit, fits(plain),
    smart.encodingName, smart.segmentsCount, fits(smart),
  ];
});
fs.writeSync(1, JSON.stringify(said));
