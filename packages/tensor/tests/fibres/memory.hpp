// Memory of the pretended device: each array ends where a page ends that must not be touched.
#pragma once

namespace fibres {

// What an address that cannot be read or written is, for an error message.
const char* describe_address(const void* address);

// What was written around arrays, or nullptr.
const char* find_damage();

}  // namespace fibres
