// Files as gzip writes them, for the tests of what reads them.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

#include "support/check.h"

namespace suite {

inline std::string packed(std::string_view text) {
  z_stream stream = {};
  bool done = deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8,
                           Z_DEFAULT_STRATEGY) == Z_OK;
  std::string file(deflateBound(&stream, text.size()), '\0');
  // zlib does not write there, but its type says nothing of it.
  stream.next_in =
      const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(file.data());
  stream.avail_out = static_cast<uInt>(file.size());
  done = done && deflate(&stream, Z_FINISH) == Z_STREAM_END;
  file.resize(stream.total_out);
  deflateEnd(&stream);
  require(done, "cannot pack {} bytes", text.size());
  return file;
}

}  // namespace suite
