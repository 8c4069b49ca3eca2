// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

/** Error numbers of Linux on x86_64 and aarch64, uapi {@code asm-generic/errno.h}, and of libbpf itself. */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int E2BIG = 7;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int ENODEV = 19;
    static final int ENOSPC = 28;
    static final int ELOOP = 40;
    /** Internal to the kernel, but bpf(2) returns it. */
    static final int ENOTSUPP = 524;

    /** Names in numeric order from 1; empty if a number is not used. */
    private static final String[] NAMES =
            ("EPERM,ENOENT,ESRCH,EINTR,EIO,ENXIO,E2BIG,ENOEXEC,EBADF,ECHILD,EAGAIN,ENOMEM,"
                            + "EACCES,EFAULT,ENOTBLK,EBUSY,EEXIST,EXDEV,ENODEV,ENOTDIR,EISDIR,EINVAL,ENFILE,EMFILE,ENOTTY,"
                            + "ETXTBSY,EFBIG,ENOSPC,ESPIPE,EROFS,EMLINK,EPIPE,EDOM,ERANGE,EDEADLK,ENAMETOOLONG,ENOLCK,ENOSYS,"
                            + "ENOTEMPTY,ELOOP,,ENOMSG,EIDRM,ECHRNG,EL2NSYNC,EL3HLT,EL3RST,ELNRNG,EUNATCH,ENOCSI,EL2HLT,EBADE,"
                            + "EBADR,EXFULL,ENOANO,EBADRQC,EBADSLT,,EBFONT,ENOSTR,ENODATA,ETIME,ENOSR,ENONET,ENOPKG,EREMOTE,"
                            + "ENOLINK,EADV,ESRMNT,ECOMM,EPROTO,EMULTIHOP,EDOTDOT,EBADMSG,EOVERFLOW,ENOTUNIQ,EBADFD,EREMCHG,"
                            + "ELIBACC,ELIBBAD,ELIBSCN,ELIBMAX,ELIBEXEC,EILSEQ,ERESTART,ESTRPIPE,EUSERS,ENOTSOCK,EDESTADDRREQ,"
                            + "EMSGSIZE,EPROTOTYPE,ENOPROTOOPT,EPROTONOSUPPORT,ESOCKTNOSUPPORT,EOPNOTSUPP,EPFNOSUPPORT,"
                            + "EAFNOSUPPORT,EADDRINUSE,EADDRNOTAVAIL,ENETDOWN,ENETUNREACH,ENETRESET,ECONNABORTED,ECONNRESET,"
                            + "ENOBUFS,EISCONN,ENOTCONN,ESHUTDOWN,ETOOMANYREFS,ETIMEDOUT,ECONNREFUSED,EHOSTDOWN,EHOSTUNREACH,"
                            + "EALREADY,EINPROGRESS,ESTALE,EUCLEAN,ENOTNAM,ENAVAIL,EISNAM,EREMOTEIO,EDQUOT,ENOMEDIUM,"
                            + "EMEDIUMTYPE,ECANCELED,ENOKEY,EKEYEXPIRED,EKEYREVOKED,EKEYREJECTED,EOWNERDEAD,ENOTRECOVERABLE,"
                            + "ERFKILL,EHWPOISON")
                    .split(",", -1);

    /** {@code enum libbpf_errno} of {@code bpf/libbpf.h}. */
    private static final int FIRST_OF_LIBBPF = 4000;

    private static final String[] NAMES_OF_LIBBPF =
            ("LIBELF,FORMAT,KVERSION,ENDIAN,INTERNAL,RELOC,LOAD,VERIFY,PROG2BIG,"
                            + "KVER,PROGTYPE,WRNGPID,INVSEQ,NLPARSE")
                    .split(",", -1);

    private Errno() {}

    /** The C name, or {@code errno N} for a number without one. */
    static String name(int number) {
        if (number == ENOTSUPP) {
            return "ENOTSUPP";
        }
        int own = number - FIRST_OF_LIBBPF;
        if (own >= 0 && own < NAMES_OF_LIBBPF.length) {
            return "LIBBPF_ERRNO__" + NAMES_OF_LIBBPF[own];
        }
        if (number < 1 || number > NAMES.length || NAMES[number - 1].isEmpty()) {
            return "errno " + number;
        }
        return NAMES[number - 1];
    }
}
