//! What is left of root's powers in a step.

use rustix::io;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

/// What building and testing as root takes. Left out are the powers that reach past landlock: raw memory
/// and disks, making devices, opening files by handle, tracing, loading modules, mounting, packet sockets.
const KEPT: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::NET_BIND_SERVICE)
    .union(CapabilitySet::AUDIT_WRITE);

/// Gives up every other capability, for good.
///
/// The bounding set can be reduced only by a process that may change it; for any other the reduced
/// permitted set is the bound, because no new privileges can be gained by executing a program.
pub(crate) fn reduce() -> io::Result<()> {
    let held = capabilities(None)?;
    for bit in 0..u64::BITS {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if !KEPT.contains(capability) && capability_is_in_bounding_set(capability) == Ok(true) {
            match remove_capability_from_bounding_set(capability) {
                Ok(()) | Err(io::Errno::PERM) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
    match clear_ambient_capability_set() {
        // Kernels without ambient capabilities have none to clear.
        Ok(()) | Err(io::Errno::INVAL) => {}
        Err(errno) => return Err(errno),
    }
    set_capabilities(
        None,
        CapabilitySets {
            effective: held.effective.intersection(KEPT),
            permitted: held.permitted.intersection(KEPT),
            inheritable: CapabilitySet::empty(),
        },
    )
}
